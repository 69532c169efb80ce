// What the core gives the streamer: the fold that is offered has pixels, an interval of up to C, and stands until it is taken.
// Assumed of the unit alone, asserted in the core.
wire [$bits({i_fold_first, i_fold_last, i_fold_closes, i_fold_parity, i_fold_rows, i_fold_cols, i_fold_interval, i_fold_bank,
  i_fold_pixels})-1:0] offer = {i_fold_first, i_fold_last, i_fold_closes, i_fold_parity, i_fold_rows, i_fold_cols, i_fold_interval,
  i_fold_bank, i_fold_pixels};
reg [$bits(offer)-1:0] given_offer;
reg given_stays;
always @(posedge clock) begin
  given_offer <= offer; given_stays <= i_ready && !o_taken && !reset;
end
always @(*) if (known) begin
  given_pixels: `GIVEN(!i_ready || ((i_fold_pixels != 0) && (i_fold_interval >= 1) && (i_fold_interval <= C)));
  if (given_stays) given_stands: `GIVEN(i_ready && (offer == given_offer));
end
