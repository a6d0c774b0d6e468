/** Programs to begin with: a client of one's own in several languages, with the address and the session filled in. */

/** @typedef {{ id: string, name: string, code: string }} Snippet */

const CODES = ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400']

/**
 * Each fetches the five products in turns, a hundred requests in five seconds, and prints the status of each.
 * @param {string} origin of the server, such as `http://192.168.1.20:8000`
 * @param {string} session that the requests name; `default` for none
 * @returns {Snippet[]}
 */
export function clientSnippets(origin, session) {
  const header = session === 'default' ? null : session
  const list = CODES.map(code => `"${code}"`).join(', ')
  const python = header === null ? '{}' : `{"X-Chaos-Session": "${header}"}`
  const script = header === null ? '{}' : `{ 'X-Chaos-Session': '${header}' }`
  return [
    {
      id: 'python',
      name: 'Python (httpx)',
      code: `# pip install httpx
import time
import httpx

CODES = [${list}]

with httpx.Client(timeout=1.0, headers=${python}) as client:
    for i in range(100):
        try:
            answer = client.get(f"${origin}/catalogs/{CODES[i % 5]}")
            print(answer.status_code)
        except httpx.HTTPError as error:
            print(repr(error))
        time.sleep(0.05)
`,
    },
    {
      id: 'lasier',
      name: 'Python (httpx, lasier)',
      code: `# pip install httpx lasier
import time
import httpx
from lasier.circuit_breaker.rules import PercentageFailuresRule
from lasier.circuit_breaker.sync import CircuitBreaker

CODES = [${list}]


class Memory:
    """What lasier keeps of a circuit, in this process."""

    def __init__(self):
        self.kept = {}

    def get(self, key):
        value, ends_at = self.kept.get(key, (None, None))
        return None if ends_at is not None and time.monotonic() >= ends_at else value

    def set(self, key, value, timeout=None):
        self.kept[key] = (value, None if timeout is None else time.monotonic() + timeout)

    def add(self, key, value, timeout=None):
        if self.get(key) is None:
            self.set(key, value, timeout)

    def incr(self, key):
        value = (self.get(key) or 0) + 1
        self.kept[key] = (value, self.kept.get(key, (None, None))[1])
        return value

    def delete(self, key):
        self.kept.pop(key, None)

    def flushdb(self):
        self.kept.clear()


class Refused(Exception):
    pass


breaker = CircuitBreaker(
    rule=PercentageFailuresRule(
        max_failures_percentage=50,
        failure_cache_key="failures",
        min_accepted_requests=10,
        request_cache_key="requests",
    ),
    cache=Memory(),
    failure_exception=Refused,
    failure_timeout=10,
    circuit_timeout=1,
    catch_exceptions=(httpx.HTTPError,),
)

with httpx.Client(timeout=1.0, headers=${python}) as client:
    for i in range(100):
        try:
            with breaker:
                answer = client.get(f"${origin}/catalogs/{CODES[i % 5]}")
                answer.raise_for_status()
            print(answer.status_code)
        except Refused:
            print("refused")
        except httpx.HTTPError as error:
            print(repr(error))
        time.sleep(0.05)
`,
    },
    {
      id: 'javascript',
      name: 'JavaScript (Node.js)',
      code: `const codes = [${list}]

for (let i = 0; i < 100; i++) {
  try {
    const answer = await fetch(\`${origin}/catalogs/\${codes[i % 5]}\`, {
      headers: ${script},
      signal: AbortSignal.timeout(1000),
    })
    await answer.text()
    console.log(answer.status)
  } catch (error) {
    console.log(String(error))
  }
  await new Promise(resolve => setTimeout(resolve, 50))
}
`,
    },
    {
      id: 'go',
      name: 'Go',
      code: `package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

func main() {
	codes := []string{${list}}
	client := http.Client{Timeout: time.Second}
	for i := 0; i < 100; i++ {
		request, _ := http.NewRequest("GET", "${origin}/catalogs/"+codes[i%5], nil)
${header === null ? '' : `		request.Header.Set("X-Chaos-Session", "${header}")\n`}		answer, err := client.Do(request)
		if err != nil {
			fmt.Println(err)
		} else {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			fmt.Println(answer.StatusCode)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
`,
    },
    {
      id: 'java',
      name: 'Java',
      code: `import java.net.URI;
import java.net.http.*;
import java.time.Duration;

public class Client {
  public static void main(String[] args) throws Exception {
    var codes = new String[] {${list}};
    var client = HttpClient.newHttpClient();
    for (int i = 0; i < 100; i++) {
      var request = HttpRequest.newBuilder(URI.create("${origin}/catalogs/" + codes[i % 5]))
${header === null ? '' : `        .header("X-Chaos-Session", "${header}")\n`}        .timeout(Duration.ofSeconds(1)).build();
      try {
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
      } catch (java.io.IOException error) {
        System.out.println(error);
      }
      Thread.sleep(50);
    }
  }
}
`,
    },
    {
      id: 'curl',
      name: 'curl',
      code: `for i in $(seq 20); do
  for code in ${CODES.join(' ')}; do
    curl -s -m 1 -o /dev/null -w '%{http_code}\\n' ${header === null ? '' : `-H 'X-Chaos-Session: ${header}' `}${origin}/catalogs/$code
    sleep 0.05
  done
done
`,
    },
  ]
}
