-- One request for wrk, described by the environment, and the summary as a line of JSON.
-- Without BENCH_NUMBERS the request stays static (there is no request() function), so wrk builds it once. With it, the
-- target is a format, and the numbers below it take turns.
local numbers = tonumber(os.getenv("BENCH_NUMBERS") or "")
if numbers then
  local requests, number = {}, 0
  function request()
    number = (number + 1) % numbers
    requests[number] = requests[number] or wrk.format(nil, string.format(wrk.path, number))
    return requests[number]
  end
end

function init(args)
  wrk.path = os.getenv("BENCH_TARGET")
  wrk.headers["Host"] = os.getenv("BENCH_HOST")
  for name, value in string.gmatch(os.getenv("BENCH_HEADERS") or "", "([^:\n]+): ([^\n]*)") do
    wrk.headers[name] = value
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nBENCH {"requests": %d, "microseconds": %d, "p50": %d, "p90": %d, "p99": %d, "errors": %d}\n',
    summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(90), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
