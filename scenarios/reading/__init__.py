"""From files to questions: references and parents, markets, arms, expectations and tolerances."""
