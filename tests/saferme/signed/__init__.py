"""Tests of the receiver of signed uploads."""
