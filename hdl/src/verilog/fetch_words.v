    word_r <= {i_program, word_r[@PROGRAM@-1:@PROGRAMWORD@]};
    if (i_go || steps) begin
      pc_r <= i_go ? @PCW@'d0 : pc_r + @PCW@'d1; left_r <= @WORDSLEFT@'d@LASTWORD@;
    end else left_r <= left_r - @WORDSLEFT@'d1;
