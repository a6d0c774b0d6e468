/** The screens of the story as they should look; spaces at the ends of lines are left out. */

export const AT_80X24 = `
 chaos live  http://127.0.0.1:8000                                  ● connected
────────────────────────────────────────────────────────────────────────────────
 fail rate       70 %     ███████████████████████░░░░░░░░░░  set by file
 load            on       10 every 100ms: 100 requests/s
 breaker         ● CLOSED      for 4s          opens at 50 % of 20 calls failed

 breaker ───────────────────────────────────────────────────────── last 27.5 s ─
 success            ▄▇▇▇▇▇▇▇▇▇▇▇▃▃▃▃▃▃▃▃▃▃▇▇▇▇▇▇▇▇            ▇▇▇▇▇▇▇▇▇▇  100/s
 failed                         ▁▁▁▁▁▁▁▁▁▁                                  0/s
 short-circuited                ▃▃▃▃▃▃▃▃▃▃        ▇▇▇▇▇▇▇▇▇▇▇▇              0/s
 circuit            ─────────────OOH──OOH─────────OOHOHOHOHOHOH─────────
 none ──────────────────────────────────── the same requests without a breaker ─
 success            ▄▇▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅▅▅▅▅▅▇▇▇▇▇▇▇▇            ▇▇▇▇▇▇▇▇▇▇  100/s
 failed                         ▂▂▂▂▂▂▂▂▂▂        ▇▇▇▇▇▇▇▇▇▇▇▇              0/s
 fail rate                      ▂▂▂▂▂▂▂▂▂▂        ▇▇▇▇▇▇▇▇▇▇▇▇▇       ▅▅

                  success   failed  short-circuited  upstream   wasted   useful
 breaker            1,680      100              800     1,780      100   65.1 %
 none               1,830      750                0     2,580      750   70.9 %
 changes ───────────────────────────────────────────────────────────────────────
 17:00:25  file      fail rate 0 % to 70 %
 17:00:21  breaker   closed: 3 probes succeeded
 17:00:21  server    outage over
 0-9 f rate  space fire  a auto  b breaker  s baseline  o outage  ? help  q quit
`

export const AT_60X20 = `
 chaos live  http://127.0.0.1:8000              ● connected
────────────────────────────────────────────────────────────
 fail rate       0 %      ░░░░░░░░░░░░░  OUTAGE, 3s left
 load            on       10 every 100ms: 100 requests/s
 breaker         ○ OPEN        for 2s
 breaker ───────────────────────────────────── last 17.5 s ─
 success         ▇▇▇▇▇▇▇▇▇▇▇▃▃▃▃▃▃▃▃▃▃▇▇▇▇▇▇▇▇          0/s
 failed                     ▁▁▁▁▁▁▁▁▁▁                  0/s
 short-circuited            ▃▃▃▃▃▃▃▃▃▃        ▇▇▇▇▇▇  100/s
 circuit         ────────────OOH──OOH─────────OOHOHO
 none ──────────────── the same requests without a breaker ─
 success         ▇▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅▅▅▅▅▅▇▇▇▇▇▇▇▇          0/s
 failed                     ▂▂▂▂▂▂▂▂▂▂        ▇▇▇▇▇▇  100/s
 fail rate                  ▂▂▂▂▂▂▂▂▂▂        ▇▇▇▇▇▇
            success  failed short-circuited  wasted  useful
 breaker      1,180     100             500     100  66.3 %
 none         1,330     450               0     450  74.7 %
 17:00:17  breaker   open, opened 3 x: 3 of 3 probes failed
 17:00:15  web       outage for 6s: every request fails
 0-9 f rate  space fire  a auto  b breaker  ? help  q quit
`

export const AT_120X40 = `
 chaos live  http://127.0.0.1:8000                                                                          ● connected
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 fail rate       70 %     ███████████████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░  set by file
 load            on       10 every 100ms: 100 requests/s
 breaker         ● CLOSED      for 4s          opens at 50 % of 20 calls failed

 breaker ───────────────────────────────────────────────────────────────────────────────────────────────── last 47.5 s ─
                                                             ▇▇▇▇▇▇▇▇▇▇▇          ▇▇▇▇▇▇▇▇            ▇▇▇▇▇▇▇▇▇▇
                                                            ▆███████████▁▁▁▁▁▁▁▁▁▁████████            ██████████
 success                                                    ██████████████████████████████            ██████████  100/s


 failed                                                                 ▅▅▅▅▅▅▅▅▅▅                                  0/s
                                                                                          ▇▇▇▇▇▇▇▇▇▇▇▇
                                                                        ▁▁▁▁▁▁▁▁▁▁        ████████████
 short-circuited                                                        ██████████        ████████████              0/s
 circuit                                                    ─────────────OOH──OOH─────────OOHOHOHOHOHOH─────────
 none ──────────────────────────────────────────────────────────────────────────── the same requests without a breaker ─
                                                             ▇▇▇▇▇▇▇▇▇▇▇          ▇▇▇▇▇▇▇▇            ▇▇▇▇▇▇▇▇▇▇
                                                            ▆█████████████████████████████            ██████████
 success                                                    ██████████████████████████████            ██████████  100/s
                                                                                          ▇▇▇▇▇▇▇▇▇▇▇▇
                                                                                          ████████████
 failed                                                                 ▇▇▇▇▇▇▇▇▇▇        ████████████              0/s
 fail rate                                                              ▂▂▂▂▂▂▂▂▂▂        ▇▇▇▇▇▇▇▇▇▇▇▇▇       ▅▅

                           requests  success   failed  short-circuited  upstream   wasted   useful
 breaker                      2,580    1,680      100              800     1,780      100   65.1 %
 none                         2,580    1,830      750                0     2,580      750   70.9 %
 changes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
 17:00:25  file      fail rate 0 % to 70 %
 17:00:21  breaker   closed: 3 probes succeeded
 17:00:21  server    outage over
 17:00:20  breaker   open, opened 6 x: 3 of 3 probes failed
 17:00:15  web       outage for 6s: every request fails
 17:00:11  cli       fail rate 30 % to 0 %
 17:00:10  breaker   closed, opened 2 x: 3 probes succeeded
 17:00:06  web       fail rate 0 % to 30 %

 0-9 f rate  space fire  a auto  b breaker  s baseline  o outage  w web  r reset  ? help  q quit
`

export const ASCII_44X10 = `
 chaos live  http://127.0.0.1:800 connected
 fail rate       0 %      ........  OUTAGE,
 load            on       10 every 100ms: 10
 breaker         ( ) OPEN      for 2s
 circuit         -OOH---------OOHOHO
            success  failed short-circuited
 breaker      1,180     100             500
 none         1,330     450               0
 17:00:17  breaker   open, opened 3 x: 3 of
 0-9 f rate  space fire  ? help  q quit
`
