/** The circuit as Redis keeps it: one hash, and the Lua functions that both scripts work on it with. They mirror `core.ts`. */

/** Milliseconds of the server's own clock: the one clock that all clients share. */
export const REDIS_TIME = `
local stamp = redis.call('TIME')
local now = stamp[1] * 1000 + stamp[2] / 1000`

/**
 * Reads what holds all circuits of a name (`forced-open`, `disabled`, or `closed` for a while after a reset) into `hold`, and the
 * hash into `C`. The generation of a new circuit begins at the server's time, so that it is later than every
 * permit of a circuit that was lost (FLUSHALL, expiry, a restart without persistence).
 */
const LOAD = `
local key = KEYS[1]
local S = cjson.decode(ARGV[1])
local FIELDS = {'state', 'generation', 'time', 'offset', 'openUntil', 'closedSince', 'restUntil', 'streak', 'level',
  'calls', 'failures', 'slow', 'newest', 'origin', 'lastProbe', 'counted', 'failedProbes', 'slowProbes', 'leases', 'why',
  'recorded', 'rests'}
local TEXT = {state = true, leases = true, why = true, rests = true}
local C, saved, events = {}, {}, {}
local hold = redis.call('GET', KEYS[2]) or ''
local function byHand(state) return state == 'forced-open' or state == 'disabled' end
local values = redis.call('HMGET', key, unpack(FIELDS))
for i, field in ipairs(FIELDS) do
  local value = values[i]
  if value and not TEXT[field] then value = tonumber(value) end
  C[field] = value or 0
  saved[field] = value
end
if not values[1] then
  C.state, C.generation, C.leases, C.why, C.rests = 'closed', math.floor(now), '', 'begun anew', ''
  if byHand(hold) then C.state, C.why = hold, 'by hand' end
  C.time, C.closedSince, C.origin = now, now, now
end
`

/** Writes back what changed, or something in any case, and sets the expiry; a reading of the clock alone is not worth a write. */
const SAVE = `
local function save(always)
  local changed = {}
  for _, field in ipairs(FIELDS) do
    if C[field] ~= saved[field] then
      changed[#changed + 1] = field
      changed[#changed + 1] = TEXT[field] and C[field] or string.format('%.17g', C[field])
    end
  end
  if #changed == 0 or (#changed == 2 and changed[1] == 'time') then
    if not always then return end
    changed = {'state', C.state}
  end
  redis.call('HSET', key, unpack(changed))
  local left = C.state == 'open' and math.max(0, C.openUntil - C.time) or 0
  -- A reset is remembered at least as long as the circuits that it has not reached.
  local keepMs = byHand(C.state) and math.min(S.keepMs, S.keepResetMs) or S.keepMs + left
  redis.call('PEXPIRE', key, string.format('%.0f', keepMs))
end
`

/** Time that never runs backwards. */
const TIME = `
local function at()
  local time = now + C.offset
  if time >= C.time then C.time = time else C.offset = C.time - now end
  return C.time
end
`

/** A window of calls is a ring of marks (m0, m1 …), one of time a ring of buckets (b0, b1 …) that know whose they are. */
const WINDOW = `
local function bucket(index)
  local slot = 'b' .. index % S.windowBuckets
  local text = redis.call('HGET', key, slot) or ''
  local generation, number, calls, failures, slow = text:match('^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  if tonumber(generation) ~= C.generation or tonumber(number) ~= index then return slot, 0, 0, 0 end
  return slot, tonumber(calls), tonumber(failures), tonumber(slow)
end

local function add(calls, failures, slow)
  C.calls, C.failures, C.slow = C.calls + calls, C.failures + failures, C.slow + slow
end

local function moveTo(time)
  local index = math.floor((time - C.origin) / (S.windowMs / S.windowBuckets))
  if index - C.newest >= S.windowBuckets then C.calls, C.failures, C.slow = 0, 0, 0
  else
    for step = C.newest + 1, index do
      local _, calls, failures, slow = bucket(step - S.windowBuckets)
      add(-calls, -failures, -slow)
    end
  end
  if index > C.newest then C.newest = index end
end

local function record(failed, slow, time)
  if S.windowMs > 0 then
    moveTo(time)
    local slot, calls, failures, slows = bucket(C.newest)
    redis.call('HSET', key, slot, string.format('%.0f %.0f %.0f %.0f %.0f',
      C.generation, C.newest, calls + 1, failures + failed, slows + slow))
  else
    local slot = string.format('m%.0f', C.newest)
    if C.calls == S.windowCalls then
      local gone = tonumber(redis.call('HGET', key, slot)) or 0
      add(-1, -(gone % 2), -math.floor(gone / 2))
    end
    redis.call('HSET', key, slot, failed + 2 * slow)
    C.newest, C.recorded = (C.newest + 1) % S.windowCalls, C.recorded + 1
  end
  add(1, failed, slow)
end

local function position()
  return S.windowMs > 0 and C.newest or C.recorded
end

local function restsFrom(oldest)
  local list = {}
  for at, till in C.rests:gmatch('([^ ]+)@([^ ]+)') do
    if tonumber(at) >= oldest then list[#list + 1] = {at = tonumber(at), till = tonumber(till)} end
  end
  return list
end

local function oldest()
  return position() - (S.windowMs > 0 and S.windowBuckets or S.windowCalls) + 1
end

local function addRest(till)
  C.restUntil = math.max(C.restUntil, till)
  local list, texts = restsFrom(oldest()), {}
  while #list > 0 and list[#list].till <= till do table.remove(list) end
  if #list == 0 or list[#list].at ~= position() then list[#list + 1] = {at = position(), till = till} end
  for i, rest in ipairs(list) do texts[i] = string.format('%.0f@%.17g', rest.at, rest.till) end
  C.rests = table.concat(texts, ' ')
end

local function windowRest()
  local first = restsFrom(oldest())[1]
  return first and first.till or 0
end
`

/** Leases are one text, \`probe@until\` each, in the order of their ends. */
const PROBES = `
local function leases()
  local list = {}
  for probe, till in C.leases:gmatch('(%d+)@([^ ]+)') do
    list[#list + 1] = {probe = tonumber(probe), till = tonumber(till)}
  end
  return list
end

local function keep(list)
  local texts = {}
  for i, lease in ipairs(list) do texts[i] = string.format('%.0f@%.17g', lease.probe, lease.till) end
  C.leases = table.concat(texts, ' ')
end

local function release(probe)
  local list = leases()
  for i, lease in ipairs(list) do
    if lease.probe == probe then
      table.remove(list, i)
      keep(list)
      return true
    end
  end
  return false
end

local function count(failed, slow)
  C.counted, C.failedProbes, C.slowProbes = C.counted + 1, C.failedProbes + failed, C.slowProbes + slow
end
`

const EDGES = `
local function move(to, time, why)
  events[#events + 1] = {'state', C.state, to, string.format('%.0f', C.generation + 1), why}
  C.state, C.why, C.generation = to, why, C.generation + 1
  C.streak, C.restUntil, C.closedSince = 0, 0, time
  C.lastProbe, C.counted, C.failedProbes, C.slowProbes, C.leases = 0, 0, 0, 0, ''
  C.calls, C.failures, C.slow, C.newest, C.origin = 0, 0, 0, 0, time
  C.recorded, C.rests = 0, ''
end

local function open(time, why, restUntil)
  local grown = math.min(S.openMaxMs, S.openForMs * S.openFactor ^ C.level)
  if S.openFactor > 1 and grown < S.openMaxMs then C.level = C.level + 1 end
  C.openUntil = time + math.max(grown, restUntil - time) * (1 + S.jitter * tonumber(ARGV[2]))
  move('open', time, why)
end

local function reaches(part, whole, percentage)
  return percentage ~= nil and part * 100 >= percentage * whole
end

local function whyReopen(failed, slow)
  local counting = S.maxFailures or S.consecutiveFailures
  if (counting and failed > 0) or reaches(failed, S.probes, S.failurePercentage) then
    return string.format('%.0f of %.0f probes failed', failed, S.probes)
  end
  if reaches(slow, S.probes, S.slowCallPercentage) then
    return string.format('%.0f of %.0f probes were slow', slow, S.probes)
  end
  return nil
end

local function judge(time)
  local out = math.max(0, S.probes - C.counted)
  local why = whyReopen(C.failedProbes, C.slowProbes)
  if why then open(time, why, C.restUntil)
  elseif not whyReopen(C.failedProbes + out, C.slowProbes + out) then
    move('closed', time, string.format('%.0f of %.0f probes failed', C.failedProbes, C.counted))
  end
end

local function catchUp()
  local time = at()
  local first = leases()[1]
  while first and first.till <= time do
    release(first.probe)
    count(1, 1)
    events[#events + 1] = {'overdue', string.format('%.0f', first.probe)}
    judge(first.till)
    first = leases()[1]
  end
  return time
end

local function answer(what, probe, retryAfterMs)
  save(what == 'checked')
  return {what, C.state, string.format('%.0f', C.generation), C.why, string.format('%.0f', probe),
    string.format('%.0f', retryAfterMs), events, hold}
end
`

/**
 * One name may have circuits of several settings: each follows what holds the name. Where that was lost, because Redis had to make
 * room, a circuit that is still held says it again.
 */
const FOLLOW = `
if byHand(C.state) and hold == '' then
  hold = C.state
  redis.call('SET', KEYS[2], hold)
elseif byHand(hold) and C.state ~= hold or byHand(C.state) and not byHand(hold) then
  C.level = 0
  move(byHand(hold) and hold or 'closed', at(), 'by hand')
end
`

/** All of it, ready for the body of a script. The first argument is the settings as JSON, the second a number from [0, 1). */
export function withCircuit(time: string, body: string): string {
  return [time, LOAD, SAVE, TIME, WINDOW, PROBES, EDGES, FOLLOW, body].join('\n')
}
