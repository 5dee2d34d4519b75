/** Finds and opens the operator's app of a connection type. */
import type { Strategy } from "passport";
import type { AnyConnectionType } from "../../connection/contract/index.js";
import { findConfiguredApp, type AnyConfiguredApp } from "../../connection/operator-app/operator-app.js";
import { Failure } from "../../platform/errors/failure.js";
import { OPERATOR_APP_MISSING } from "../failures.js";
import type { SignInServices } from "../services.js";

/** @throws OPERATOR_APP_MISSING if the operator has configured none */
export function requireApp(
  { registry }: SignInServices,
  typeId: string,
): { readonly type: AnyConnectionType; readonly app: AnyConfiguredApp } {
  const type = registry.get(typeId);
  const app = findConfiguredApp(type);
  if (app === null)
    throw new Failure(OPERATOR_APP_MISSING, { detail: `The operator has configured no app for ${type.name}.` });
  return { type, app };
}

/** The strategy of the operator's app, for people whose tenant is not known yet. */
export async function openApp(services: SignInServices, typeId: string): Promise<Strategy> {
  const { type, app } = requireApp(services, typeId);
  return await services.openApp(type, app);
}
