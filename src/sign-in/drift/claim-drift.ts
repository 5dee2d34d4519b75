/**
 * Decides whether a claim that sign-ins used to bring is gone. Pure. Each person counts once, with their last sign-in, so one
 * person without a department changes little. The state has counts and names of claims, nothing about people.
 */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import { GROUPS_CLAIM, type Mappings } from "../../connection/mapping/mapping.js";
import { CORE_FIELDS, PROFILE_FIELDS } from "../../people/user/profile/field-name.js";

/** How many people's last sign-ins are looked at. */
export const LOOKED_AT = 30;
/** A claim that everybody brought before is gone after this many people in a row came without it. */
const PEOPLE_IF_ALWAYS = 3;
/** A claim that most people brought before is gone after this many people in a row came without it. */
const PEOPLE_IF_USUAL = 10;
/** A claim is watched if at least this share of the people brought it. */
const USUAL = 0.8;
/** A claim that is gone for this long is no longer watched: the organization probably does not want it any more. */
const GIVEN_UP_MILLISECONDS = 30 * 86_400_000;
/** The most claims that are watched, far above what connections use. */
const MOST_WATCHED = 200;

/** Something that a connection reads from sign-ins: the groups, a claim that mappings name, or a field of the profile. */
interface Used {
  readonly kind: "GROUPS" | "CLAIM" | "FIELD";
  /** The name of the claim in the mappings, or of the field. */
  readonly name: string;
}

export interface WatchedClaim extends Used {
  /**
   * How many people were counted. While a usual claim is missing, the count leaves out the people who have come without
   * it.
   */
  readonly people: number;
  /** How many of these people brought the claim. */
  readonly having: number;
  /** The claim that a field last came from; `null` if it is not known. */
  readonly claim: string | null;
  /** When the claim was found gone (ISO 8601); `null` while it arrives. */
  readonly goneSince: string | null;
}

/**
 * Compares the people's last sign-ins with what earlier sign-ins brought.
 *
 * @param profiles of one sign-in of each person, the latest first
 * @returns what to remember, and what is newly gone
 */
export function watchClaims(
  mappings: Mappings,
  profiles: readonly NormalizedProfile[],
  known: readonly WatchedClaim[],
  now: Date,
): { readonly watched: readonly WatchedClaim[]; readonly gone: readonly WatchedClaim[] } {
  const before = new Map(known.map((each) => [keyOf(each), each]));
  const watched: WatchedClaim[] = [];
  const gone: WatchedClaim[] = [];
  for (const used of listUsed(mappings, profiles, known)) {
    const earlier = before.get(keyOf(used)) ?? null;
    const next = look(used, profiles, earlier, now);
    if (next === null) continue;
    watched.push(next);
    if (next.goneSince !== null && earlier?.goneSince == null) gone.push(next);
  }
  return { watched: watched.slice(0, MOST_WATCHED), gone };
}

function look(
  used: Used,
  profiles: readonly NormalizedProfile[],
  earlier: WatchedClaim | null,
  now: Date,
): WatchedClaim | null {
  const brought = profiles.map((profile) => brings(profile, used)).filter((each) => each !== null);
  const firstBrought = brought.indexOf(true);
  const missing = firstBrought === -1 ? brought.length : firstBrought;
  const claim = findSource(used, profiles) ?? earlier?.claim ?? null;
  const count = (some: readonly boolean[]) => ({ people: some.length, having: some.filter(Boolean).length });
  if (earlier?.goneSince != null && missing > 0) {
    const isGivenUp = now.getTime() - Date.parse(earlier.goneSince) > GIVEN_UP_MILLISECONDS;
    return isGivenUp ? null : earlier;
  }
  const rest = count(brought.slice(missing));
  const usual = rest.people >= PEOPLE_IF_ALWAYS || earlier === null ? rest : earlier;
  if (missing >= peopleNeeded(usual)) return { ...used, ...usual, claim, goneSince: now.toISOString() };
  // While a claim is missing, people who came without it do not change the count. Otherwise, a small organization would
  // forget that its people used to bring the claim.
  const counts = missing > 0 && isUsual(usual) ? usual : count(brought);
  return { ...used, ...counts, claim, goneSince: null };
}

/** How many people in a row must come without a claim before it counts as gone. */
function peopleNeeded(usual: Pick<WatchedClaim, "people" | "having">): number {
  if (!isUsual(usual)) return Number.POSITIVE_INFINITY;
  return usual.having === usual.people ? PEOPLE_IF_ALWAYS : PEOPLE_IF_USUAL;
}

function isUsual({ people, having }: Pick<WatchedClaim, "people" | "having">): boolean {
  return people >= PEOPLE_IF_ALWAYS && having >= people * USUAL;
}

/**
 * Lists what the connection uses. Leaves out a field if a mapping names the claim that the field comes from, because
 * that claim itself is watched.
 */
function listUsed(
  { attributes, roles, groups }: Mappings,
  profiles: readonly NormalizedProfile[],
  known: readonly WatchedClaim[],
): readonly Used[] {
  const groupsNames = new Set([GROUPS_CLAIM, ...profiles.flatMap(({ groupsClaims }) => groupsClaims)].map(fold));
  const isGroups = (claim: string) => groupsNames.has(fold(claim));
  const claims = [...new Set([...attributes, ...roles, ...groups].map(({ claim }) => claim))];
  const mapped = new Set(claims.map(fold));
  const earlier = new Map(known.map((each) => [keyOf(each), each.claim]));
  const fields = [...CORE_FIELDS, ...PROFILE_FIELDS]
    .map((name): Used => ({ kind: "FIELD", name }))
    .filter((field) => {
      const source = findSource(field, profiles) ?? earlier.get(keyOf(field)) ?? null;
      return source === null || !mapped.has(fold(source));
    });
  return [
    ...(claims.some(isGroups) ? [{ kind: "GROUPS", name: GROUPS_CLAIM } as const] : []),
    ...claims.filter((claim) => !isGroups(claim)).map((name): Used => ({ kind: "CLAIM", name })),
    ...fields,
  ];
}

/**
 * Whether a sign-in brought a claim; `null` if it is not known: the provider says that the person has groups, but
 * leaves them out.
 */
function brings(profile: NormalizedProfile, { kind, name }: Used): boolean | null {
  if (kind === "GROUPS") return profile.groups.kind === "unknown" ? null : profile.groups.kind === "known";
  if (kind === "CLAIM") return Object.hasOwn(profile.attributes, name) && (profile.attributes[name] ?? []).length > 0;
  return readField(profile, name) != null;
}

function readField(profile: NormalizedProfile, field: string): string | null | undefined {
  const core = CORE_FIELDS.find((name) => name === field);
  return core === undefined ? profile.profile[field as keyof NormalizedProfile["profile"]] : profile[core];
}

/** The claim that a field came from at the latest sign-in that brought the field; `null` if it is not known. */
function findSource(used: Used, profiles: readonly NormalizedProfile[]): string | null {
  if (used.kind !== "FIELD") return used.name;
  const latest = profiles.find((profile) => brings(profile, used) === true);
  return latest?.sources?.[used.name] ?? null;
}

const fold = (claim: string) => claim.toLowerCase();
const keyOf = ({ kind, name }: Used) => `${kind}:${name}`;
