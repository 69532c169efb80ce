"""Training and export of LC-Net ResNets (used by scripts/train_lcnet.py)."""
