/** Decides which group memberships a sign-in gives and takes. Pure. */
import type { GroupMapping } from "../../connection/mapping/mapping.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./evaluate-rule.js";

/** A membership that a mapping of this connection gave. */
export interface MappedMembership {
  readonly groupId: string;
  readonly mappingId: string;
}

export interface GroupSituation {
  readonly mappings: readonly (GroupMapping & Evaluated)[];
  /** What this connection's mappings gave so far. Memberships from elsewhere are none of its business. */
  readonly held: readonly MappedMembership[];
  /** Whether merging joined this person to an account that was there. */
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
  /** A rule asks for groups that the provider did not tell. */
  | { readonly kind: "refuse-unknown-groups"; readonly reason: string }
  /** A rule was not evaluated, because the rules before it used up the work of one sign-in. */
  | { readonly kind: "refuse-too-costly" };

/** Decides. Matches are added; what no longer matches is removed as the policy says; silence removes nothing. */
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
