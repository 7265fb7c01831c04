import "effect-processmaker-oauth"
