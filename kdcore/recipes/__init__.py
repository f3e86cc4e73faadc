"""Recipes: what takes several runs to find out."""
