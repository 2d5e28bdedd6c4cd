"""Order exports: columns, amounts, discounts, and the order history that the models are fitted on."""
