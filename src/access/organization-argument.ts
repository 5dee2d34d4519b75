/** The argument `organizationId` of queries. A caller who belongs to an organization may leave it out. */
import { createParameterDecorator, ID, type ResolverData } from "type-graphql";
import { Failure, INVALID_INPUT, UNAUTHENTICATED } from "../platform/errors/failure.js";
import type { Caller } from "./caller.js";
import type { RequestContext } from "./request-context.js";

/**
 * Returns the organization that a query names, or the caller's own.
 *
 * @throws UNAUTHENTICATED, and INVALID_INPUT for the operator, who has no organization
 */
function organizationOrOwn(caller: Caller, named: string | null | undefined): string {
  const organizationId = named ?? ownOrganizationOf(caller);
  if (organizationId !== null) return organizationId;
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
  const message = "is required for an operator, who belongs to no organization";
  throw new Failure(INVALID_INPUT, { fields: [{ path: "organizationId", code: "REQUIRED", message }] });
}

/** The organization of the session or of the API key; `null` for other callers. */
export function ownOrganizationOf(caller: Caller): string | null {
  return caller.kind === "PERSON" || caller.kind === "API_KEY" ? caller.organizationId : null;
}

/**
 * Declares the argument and hands the resolver the organization's id: `@OrganizationArgument("…") organizationId: string`.
 *
 * @param description what the query does with the organization
 */
export function OrganizationArgument(description: string): ParameterDecorator {
  return createParameterDecorator<RequestContext>(
    ({ context, args }: ResolverData<RequestContext>) =>
      organizationOrOwn(context.caller, (args as { organizationId?: string | null }).organizationId),
    {
      arg: {
        name: "organizationId",
        typeFunc: () => ID,
        options: {
          nullable: true,
          description: `${description} When left out: the organization of the session or API key. Required for an operator.`,
        },
      },
    },
  ) as ParameterDecorator;
}
