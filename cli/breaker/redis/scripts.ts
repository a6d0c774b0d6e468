/** The two scripts of a shared circuit. Each runs as one step of Redis, so that no two clients act on the same state. */

import { REDIS_TIME, withCircuit } from './lua.ts'

/** A closed circuit lets a call pass without reading more of it: a quarter of the price. */
const FAST_PATH = `
if ARGV[3] == 'ask' then
  local head = redis.call('HMGET', KEYS[1], 'state', 'generation', 'why')
  local hold = redis.call('GET', KEYS[2]) or ''
  local free = head[1] == 'closed' and hold ~= 'forced-open' and hold ~= 'disabled'
  if free or (head[1] == 'disabled' and hold == 'disabled') then
    return {'admitted', head[1], head[2], head[3], '0', '0', {}, hold}
  end
end`

/** A check has to prove that Redis reads and writes, with the commands that calls will need. */
const ACQUIRE = `
if ARGV[3] == 'check' then
  redis.call('HGET', key, 'state')
  return answer('checked', 0, 0)
end
if C.state == 'closed' or C.state == 'disabled' then return answer('admitted', 0, 0) end
local time = catchUp()
if C.state == 'open' and time >= C.openUntil then move('half-open', time, 'the open time is over') end
if C.state == 'half-open' then
  local list = leases()
  if #list + C.counted < S.probes then
    C.lastProbe = C.lastProbe + 1
    list[#list + 1] = {probe = C.lastProbe, till = time + S.probeLeaseMs}
    keep(list)
    return answer('admitted', C.lastProbe, 0)
  end
  local first = list[1]
  return answer('refused', 0, math.ceil((first and first.till or time) - time))
end
if C.state == 'open' then return answer('refused', 0, math.ceil(C.openUntil - time)) end
return answer('refused', 0, -1)`

const SETTLE = `
local generation, probe, verdict = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local durationMs, retryAfterMs = tonumber(ARGV[6]), tonumber(ARGV[7])

if byHand(verdict) or verdict == 'closed' then
  local time = catchUp()
  hold = verdict
  if byHand(hold) then redis.call('SET', KEYS[2], hold) else redis.call('SET', KEYS[2], hold, 'PX', S.keepResetMs) end
  if C.state ~= verdict or verdict == 'closed' then
    C.level = 0
    move(verdict, time, 'by hand')
  end
  return answer('settled', 0, 0)
end

local failed = verdict == 'fail' and 1 or 0
local slow = S.slowCallPercentage and durationMs >= S.slowCallMs and 1 or 0

local function rest(time)
  C.streak = C.streak + 1
  local restMs = math.min(retryAfterMs, S.retryAfterMaxMs)
  if restMs > 0 then addRest(time + restMs) end
end

local function tripped()
  if S.consecutiveFailures and C.streak >= S.consecutiveFailures then
    return string.format('%.0f failures in a row', C.streak)
  end
  if S.maxFailures and C.failures >= S.maxFailures then
    return string.format('%.0f failures in the window', C.failures)
  end
  if C.calls < S.minimumCalls then return nil end
  if reaches(C.failures, C.calls, S.failurePercentage) then
    return string.format('%.0f of %.0f calls failed', C.failures, C.calls)
  end
  if reaches(C.slow, C.calls, S.slowCallPercentage) then
    return string.format('%.0f of %.0f calls were slow', C.slow, C.calls)
  end
  return nil
end

if C.state == 'half-open' then catchUp() end
if generation ~= C.generation then return answer('late', 0, 0) end
if probe ~= 0 then
  if not release(probe) then return answer('late', 0, 0) end
  if verdict ~= 'ignore' then
    local time = at()
    if failed == 1 then rest(time) end
    count(failed, slow)
    judge(time)
  end
  return answer('settled', probe, 0)
end
if verdict == 'ignore' or C.state ~= 'closed' then return answer('settled', 0, 0) end
local time = at()
record(failed, slow, time)
if failed == 1 then rest(time) else C.streak, C.restUntil = 0, 0 end
local why = (failed == 1 or slow == 1) and tripped() or nil
if why then
  C.level = math.max(0, C.level - math.floor((time - C.closedSince) / S.stableForMs))
  local inARow = S.consecutiveFailures and C.streak >= S.consecutiveFailures
  open(time, why, inARow and C.restUntil or windowRest())
end
return answer('settled', 0, 0)`

/**
 * Asks leave for one call, or checks that Redis serves. KEYS: the circuit's hash, and what holds all circuits of its name;
 * ARGV: settings, chance, `ask` or `check`.
 * `time` is the Lua that sets `now`, in milliseconds.
 */
export function acquireScript(time: string = REDIS_TIME): string {
  return `${FAST_PATH}\n${withCircuit(time, ACQUIRE)}`
}

/**
 * Hands a permit back, or overrides the circuit by hand. KEYS: as for asking; ARGV: settings, chance, generation, probe,
 * verdict (or the state to be held in), the call's milliseconds, and those the upstream asked to be left alone.
 */
export function settleScript(time: string = REDIS_TIME): string {
  return withCircuit(time, SETTLE)
}
