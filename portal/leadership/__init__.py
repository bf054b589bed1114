"""领导接访: the weekly roster, what is prepared for it, what happens on the day, and what becomes of it afterwards (信访工作条例 第十八条)."""
