"""Reading executions out of brokers' files: pure, text in, executions and refusals out."""
