"""领导页: what one leader sees in two minutes a day."""
