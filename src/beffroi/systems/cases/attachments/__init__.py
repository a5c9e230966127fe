"""Attachments as the console knows them: words and a form. The documents pass through it and stay nowhere."""
