"""What a service's document lets a worker do: answer in place of its upstream, and judge requests."""
