"""What is read in one piece and printed: of self-inspections, of site reviews."""
