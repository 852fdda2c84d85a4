/** Calls that only read and are made at the same time, at most. */
const mostAtOnce = 4;

/**
 * Makes the calls of one round: neighbours that only read at the same time, everything that changes something alone and
 * in its place, because what comes after it may count on it. All that were begun have ended when this does.
 * @returns the results in the order of `asked`
 * @throws the first failure, by order
 */
export async function callRound<Asked, Result>(
  asked: readonly Asked[],
  onlyReads: (asked: Asked) => boolean,
  call: (asked: Asked, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < asked.length;) {
    let until = from;
    while (until < asked.length && until - from < mostAtOnce && onlyReads(asked[until] as Asked)) until += 1;
    until = Math.max(until, from + 1);
    const together = asked.slice(from, until).map((each, index) => call(each, from + index));
    const ended = await Promise.allSettled(together);
    for (const each of ended) {
      if (each.status === "rejected") throw each.reason;
      results.push(each.value);
    }
    from = until;
  }
  return results;
}
