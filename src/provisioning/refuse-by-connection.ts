/** First step of a decision: refuses everyone while single sign-on or the connection is switched off. Pure. */
import { findSsoObstacle, type SsoObstacle } from "../people/organization/sso-conditions.js";
import {
  CONNECTION_NOT_ACTIVE,
  SSO_NOT_ALLOWED,
  SSO_NOT_IN_PLAN,
  SSO_SWITCHED_OFF,
  SSO_SYSTEM_OFF,
} from "./failures.js";
import { refuse, type Refusal } from "./refusal.js";
import type { Situation } from "./situation.js";

const FAILURES: Readonly<Record<SsoObstacle, Refusal["failure"]>> = {
  SYSTEM_OFF: SSO_SYSTEM_OFF,
  NOT_IN_PLAN: SSO_NOT_IN_PLAN,
  NOT_ALLOWED: SSO_NOT_ALLOWED,
  SWITCHED_OFF: SSO_SWITCHED_OFF,
};

/** The refusal that applies to everyone at present, or `null`. */
export function refuseByConnection(situation: Situation): Refusal | null {
  const obstacle = findSsoObstacle(situation);
  if (obstacle !== null) return refuse(FAILURES[obstacle]);
  return situation.connection.active ? null : refuse(CONNECTION_NOT_ACTIVE);
}
