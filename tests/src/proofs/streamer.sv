// A fold is taken when it is offered, with one swap; then its pixels are issued, each once, in order and an interval apart, and
// all of them before the next fold is taken.
//
// Names of the unit beside its ports: active_r, engaged_r, emits_r, outputs_r, last_phase_r, phase_r, last_pixel_r, left_r, count_r; what it keeps
// of a fold: first_r, last_r, closes_r, parity_r, rows_r, cols_r, interval_r, bank_r; settles_r and settling_r, which hold the
// next one back; offered_r.
//
// The slot register shows a cycle later what was taken or issued: `shown` is the fold of the slot, `fold` that of the next.
reg was_taken, ever;
reg [$bits(offer)-1:0] taken_offer, shown_offer;
reg [$bits(i_fold_pixels)-1:0] before;
wire valid = o_row_slot_valid, swap = o_row_slot_swap;
wire [$bits(before)-1:0] issued = before + valid;
always @(posedge clock) if (reset) begin
  was_taken <= 1'b0; ever <= 1'b0; before <= 0;
end else begin
  was_taken <= o_taken; taken_offer <= offer;
  if (was_taken) begin
    ever <= 1'b1; before <= 0; shown_offer <= taken_offer;
  end else before <= issued;
end
`define FOLD(NAME, OFFER) wire NAME``_first, NAME``_last, NAME``_closes, NAME``_parity; wire [$bits(i_fold_rows)-1:0] NAME``_rows; \
  wire [$bits(i_fold_cols)-1:0] NAME``_cols; wire [$bits(i_fold_interval)-1:0] NAME``_interval; \
  wire [$bits(i_fold_bank)-1:0] NAME``_bank; wire [$bits(i_fold_pixels)-1:0] NAME``_pixels; \
  assign {NAME``_first, NAME``_last, NAME``_closes, NAME``_parity, NAME``_rows, NAME``_cols, NAME``_interval, NAME``_bank, \
    NAME``_pixels} = OFFER;
`FOLD(shown, shown_offer)
`FOLD(fold, (was_taken ? taken_offer : shown_offer))
wire [$bits(before)-1:0] fold_issued = was_taken ? 0 : issued;
wire any = ever || was_taken;
// Slots since the last pixel, up to an interval: then the next one is due, as the first one is at once.
reg [$bits(i_fold_interval)-1:0] since;
wire due = (since == shown_interval - 1'b1);
wire [$bits(since)-1:0] next_since = valid ? 0 : due ? since : since + 1'b1;
wire [$bits(since)-1:0] fold_since = was_taken ? fold_interval - 1'b1 : next_since;
always @(posedge clock) since <= fold_since;
// What is left of the active fold, in its last cycle; cycles in which a fold waits and none is active.
reg was_active;
reg [$bits({left_r, phase_r})-1:0] was_left;
reg [15:0] waited;
always @(posedge clock) begin
  was_active <= active_r && !reset; was_left <= {left_r, ~phase_r};
  waited <= (reset || active_r || o_taken) ? 16'd0 : waited + i_ready;
end
always @(*) if (known) begin
  takes_what_is_offered: assert(!o_taken || i_ready);
  swaps_once: assert(swap == was_taken);
  both_slots: assert(valid == o_column_slot_valid);
  pixel_each_interval: assert(valid == (ever && due && (before != shown_pixels)));
  all_before_the_next: assert(!was_taken || !ever || ((issued == shown_pixels) && (next_since == shown_interval - 1'b1)));
  all_before_idle: assert(active_r || !any || ((fold_issued == fold_pixels) && (fold_since == fold_interval - 1'b1)));
  pixel_of_its_fold: assert(!valid || ((o_column_slot_first == shown_first) && (o_column_slot_last == shown_last)
    && (o_column_slot_parity == shown_parity) && (o_column_slot_cols == shown_cols) && (o_row_slot_bank == shown_bank)
    && (o_row_slot_rows == shown_rows)));
  pixels_in_order: assert(!valid || (o_column_slot_acc == before[$bits(o_column_slot_acc)-1:0]));
  closes_with_the_last: assert(!valid || (o_column_slot_closes == (shown_closes && (issued == shown_pixels))));
  has_pixels: assert((!any || ((fold_pixels != 0) && (fold_interval >= 1) && (fold_interval <= C)))
    && (!ever || (shown_pixels != 0)));
  if (active_r) begin
    counts: assert(any && (count_r < fold_pixels) && (fold_issued == count_r + !emits_r));
    counts_down: assert((left_r == fold_pixels - count_r) && (last_pixel_r == (left_r == 1)));
    phases: assert((emits_r ? (fold_since == interval_r - 1'b1) : (phase_r == fold_since + 1'b1))
      && (phase_r < interval_r) && (emits_r == (phase_r == 0)) && (last_phase_r == (phase_r + 1 == interval_r)));
    keeps_the_fold: assert((first_r == fold_first) && (last_r == fold_last) && (closes_r == fold_closes)
      && (parity_r == fold_parity) && (rows_r == fold_rows) && (cols_r == fold_cols)
      && (interval_r == fold_interval) && (bank_r == fold_bank));
  end
  // What is offered is taken: an active fold goes on in each cycle, and none waits for long when no other is active.
  flags: assert((!emits_r || active_r) && (engaged_r == (active_r && !(last_phase_r && last_pixel_r)))
    && (outputs_r == (emits_r && last_r)));
  goes_on: assert(!was_active || was_taken || !active_r || ({left_r, ~phase_r} < was_left));
  waits_for_banks: assert(!settles_r || ((settling_r != 0) && (waited + settling_r + 3 <= 2 * C + outputs_r)));
  // An offer is seen a cycle later.
  sees_the_offer: assert(offered_r == (given_stays && !(i_fold_last && settles_r)));
  waiting_is_offered: assert((waited == 0) || given_stays);
  waits_not_long: assert(!i_ready || active_r || o_taken || (waited == 0) || (waited + 4 <= 2 * C));
  two_folds: cover(was_taken && ever && (shown_pixels == 2) && (shown_interval == 2));
end
