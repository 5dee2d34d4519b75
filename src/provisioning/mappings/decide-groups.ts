/** Decides which group memberships a sign-in or a change by a directory gives and takes away. Pure. */
import type { GroupMapping } from "../../connection/mapping/mapping.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./evaluate-rule.js";

/** A membership that a mapping of this connection or directory gave. */
export interface MappedMembership {
  readonly groupId: string;
  readonly mappingId: string;
}

export interface GroupSituation {
  readonly mappings: readonly (GroupMapping & Evaluated)[];
  /** Memberships that mappings of this connection gave. Memberships from other sources are not touched. */
  readonly held: readonly MappedMembership[];
  /** Whether a merge joined this person to the account. */
  readonly merged: boolean;
  readonly policies: {
    readonly missingGroups: MissingGroups;
    readonly groupRemoval: "UNMERGED_ONLY" | "ALWAYS" | "NEVER";
  };
}

export type GroupDecision =
  | {
      readonly kind: "change";
      readonly give: readonly MappedMembership[];
      readonly take: readonly MappedMembership[];
    }
  /** A rule needs groups that the provider did not send. */
  | { readonly kind: "refuse-unknown-groups"; readonly reason: string }
  /** A rule was not evaluated, because earlier rules used up the work of one sign-in. */
  | { readonly kind: "refuse-too-costly" };

/** Adds memberships that match, and removes those that no longer match under `groupRemoval`. A silent rule removes none. */
export function decideGroups({ mappings, held, merged, policies }: GroupSituation): GroupDecision {
  const matched: MappedMembership[] = [];
  const silent = new Set<string>();
  for (const mapping of mappings) {
    const outcome = takeSilence(mapping, policies.missingGroups);
    switch (outcome.kind) {
      case "too-costly":
        return { kind: "refuse-too-costly" };
      case "unknown":
        return { kind: "refuse-unknown-groups", reason: outcome.reason };
      case "silent":
        silent.add(mapping.id);
        break;
      case "matched":
        matched.push({ groupId: mapping.groupId, mappingId: mapping.id });
        break;
      case "unmatched":
        break;
    }
  }
  const removes = policies.groupRemoval === "ALWAYS" || (policies.groupRemoval === "UNMERGED_ONLY" && !merged);
  return {
    kind: "change",
    give: matched.filter((each) => !held.some((present) => isSame(present, each))),
    take: removes
      ? held.filter((present) => !silent.has(present.mappingId) && !matched.some((each) => isSame(present, each)))
      : [],
  };
}

function isSame(left: MappedMembership, right: MappedMembership): boolean {
  return left.groupId === right.groupId && left.mappingId === right.mappingId;
}
