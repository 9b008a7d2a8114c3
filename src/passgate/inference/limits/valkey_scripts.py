"""What runs inside the Valkey, each in one step: nothing comes between looking and taking.

A counter is a hash (``s`` settled, ``r`` reserved, ``seeded``). Beside it stands a sorted set of what is reserved, by
the time at which it is given back: a worker that dies holds nothing for longer than a call can last.
"""

RESERVE = """
local now, lease, id = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local n, reply, refused = #KEYS / 2, {}, 0
for i = 1, n do
  local counter, leases, at = KEYS[2 * i - 1], KEYS[2 * i], 3 + (i - 1) * 5
  local back = 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
    redis.call('ZREM', leases, member)
    back = back + tonumber(string.match(member, ':(%d+)$'))
  end
  if back > 0 then redis.call('HINCRBY', counter, 'r', -back) end
  local seed = tonumber(ARGV[at + 4])
  if seed >= 0 and redis.call('HSETNX', counter, 'seeded', 1) == 1 then
    redis.call('HINCRBY', counter, 's', seed)
    redis.call('PEXPIRE', counter, ARGV[at + 3])
  end
  local held = redis.call('HMGET', counter, 's', 'r')
  local used = (tonumber(held[1]) or 0) + (tonumber(held[2]) or 0)
  reply[i + 1] = used
  if refused == 0 and used + tonumber(ARGV[at + 2]) > tonumber(ARGV[at + 1]) then refused = i end
end
reply[1] = refused
if refused > 0 then return reply end
for i = 1, n do
  local counter, leases, at = KEYS[2 * i - 1], KEYS[2 * i], 3 + (i - 1) * 5
  local amount, ttl = ARGV[at + 2], ARGV[at + 3]
  if ARGV[at + 5] == '1' then
    redis.call('HINCRBY', counter, 'r', amount)
    redis.call('ZADD', leases, lease, id .. ':' .. amount)
    redis.call('PEXPIRE', leases, ttl)
  else
    redis.call('HINCRBY', counter, 's', amount)
  end
  redis.call('PEXPIRE', counter, ttl)
end
return reply
"""
"""KEYS: counter and leases of each limit. ARGV: now and the lease's end (milliseconds), the call, then for each limit:
amount of the limit, amount asked, life of the keys, what the ledger knows (-1: nothing), 1 where it is given back.

Gives the number of the limit that refuses (0: none), then what each had used before.
"""

SETTLE = """
for i = 1, #KEYS / 2 do
  local counter, leases, at = KEYS[2 * i - 1], KEYS[2 * i], 2 + (i - 1) * 3
  local reserved, actual = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local held = redis.call('ZREM', leases, ARGV[1] .. ':' .. ARGV[at + 1]) == 1
  if held and reserved > 0 then redis.call('HINCRBY', counter, 'r', -reserved) end
  if (held or ARGV[2] == '0') and actual > 0 then redis.call('HINCRBY', counter, 's', actual) end
  redis.call('PEXPIRE', counter, ARGV[at + 3])
end
return 1
"""
"""KEYS: as above. ARGV: the call, 1 where it reserved here (then it is charged once, however often this is said; 0: it
was let go while the Valkey was away), then for each limit: amount reserved, amount used, life of the keys."""
