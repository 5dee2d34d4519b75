/** Converts an explanation to the types of the schema: roles by their keys, refusals with their remedy. */
import { findRolesOf } from "../../people/role/role.repository.js";
import type { Reader } from "../../platform/database/database.js";
import type { Explanation } from "../../provisioning/explain.js";
import type { SignInPreviewType } from "./explanation.type.js";

/** The catalogue's texts for an outcome; `null` for a success. */
export type ExplainOutcome = (outcome: string) => { readonly message: string | null; readonly remedy: string } | null;

export type ShowExplanation = (
  organizationId: string,
  explanation: Explanation,
) => Promise<Omit<SignInPreviewType, "claims">>;

export function createShowExplanation(reader: Reader, explainOutcome: ExplainOutcome): ShowExplanation {
  return async (organizationId, { profile, rules, decision }) => {
    const { roleIds, ...others } = decision;
    const roles = roleIds.length === 0 ? [] : await findRolesOf(reader, organizationId);
    return {
      profile,
      rules,
      decision: {
        ...others,
        roleKeys: roles.filter(({ id }) => roleIds.includes(id)).map(({ key }) => key),
        remedy: decision.code === null ? null : (explainOutcome(decision.code)?.remedy ?? null),
      },
    };
  };
}
