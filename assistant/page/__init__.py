"""What the page shows, and what it lets in."""
