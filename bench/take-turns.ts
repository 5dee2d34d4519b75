/** Measures Usher and a baseline alternately, so that other load affects both. */

export interface Comparison {
  readonly ours: () => Promise<unknown>;
  readonly limit: () => Promise<unknown>;
  readonly warmUp: number;
  readonly rounds: number;
}

/** Medians in milliseconds. */
export interface Medians {
  readonly ours: number;
  readonly limit: number;
}

/** Medians of this process's CPU time, and of elapsed time, which includes the work of a database server. */
export async function takeTurns(comparison: Comparison): Promise<{ readonly cpu: Medians; readonly elapsed: Medians }> {
  const { warmUp, rounds } = comparison;
  const times = {
    cpu: { ours: [] as number[], limit: [] as number[] },
    elapsed: { ours: [] as number[], limit: [] as number[] },
  };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    // Each goes first equally often.
    const turns = round % 2 === 0 ? (["ours", "limit"] as const) : (["limit", "ours"] as const);
    for (const turn of turns) {
      const [before, startedAt] = [process.cpuUsage(), performance.now()];
      await comparison[turn]();
      const { user, system } = process.cpuUsage(before);
      if (round < warmUp) continue;
      times.cpu[turn].push((user + system) / 1000);
      times.elapsed[turn].push(performance.now() - startedAt);
    }
  }
  return { cpu: mediansOf(times.cpu), elapsed: mediansOf(times.elapsed) };
}

function mediansOf({ ours, limit }: { readonly ours: readonly number[]; readonly limit: readonly number[] }): Medians {
  return { ours: medianOf(ours), limit: medianOf(limit) };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
