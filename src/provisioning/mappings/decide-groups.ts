/** Decides which group memberships a sign-in gives and takes. Pure. */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import type { GroupMapping } from "../../connection/mapping/mapping.js";
import { evaluateRule, type MissingGroups } from "./evaluate-rule.js";

/** A membership that a mapping of this connection gave. */
export interface MappedMembership {
  readonly groupId: string;
  readonly mappingId: string;
}

export interface GroupSituation {
  readonly profile: NormalizedProfile;
  readonly mappings: readonly GroupMapping[];
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
  | { readonly kind: "refuse-unknown-groups"; readonly reason: string };

/** Decides. Matches are added; what no longer matches is removed as the policy says; silence removes nothing. */
export function decideGroups({ profile, mappings, held, merged, policies }: GroupSituation): GroupDecision {
  const matched: MappedMembership[] = [];
  const silent = new Set<string>();
  for (const mapping of mappings) {
    const outcome = evaluateRule(mapping, profile, policies.missingGroups);
    switch (outcome.kind) {
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
