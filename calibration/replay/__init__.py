"""The engine on weeks that were held out, under the strategy of a history or with what was recorded."""
