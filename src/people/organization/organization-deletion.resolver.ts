/** Deleting organizations in GraphQL. */
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { deleteOrganization, readOrganizationDeletion } from "./delete-organization.js";
import type { OrganizationPart } from "./organization-parts.js";
import { DeleteOrganizationInput, DeleteOrganizationPayload, OrganizationDeletionType } from "./organization.input.js";

@Resolver()
export class OrganizationDeletionResolver {
  constructor(
    private readonly store: Store,
    private readonly parts: readonly OrganizationPart[],
  ) {}

  @Query(() => OrganizationDeletionType, {
    nullable: true,
    description:
      "What `deleteOrganization` would delete: show it before you ask for confirmation. null for an unknown id. For the operator.",
  })
  async organizationDeletion(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The organization." }) id: string,
  ): Promise<OrganizationDeletionType | null> {
    const parts = await orNull(readOrganizationDeletion(this.store, this.parts, context.caller, id));
    return parts && { parts };
  }

  @Mutation(() => DeleteOrganizationPayload, {
    description:
      "Deletes an organization with everything that `organizationDeletion` lists. It cannot be undone. For the operator. Errors: OWNER_PROTECTED while one of its people owns another organization.",
  })
  async deleteOrganization(
    @Ctx() context: RequestContext,
    @Arg("input", () => DeleteOrganizationInput, { description: "The organization." }) input: DeleteOrganizationInput,
  ): Promise<DeleteOrganizationPayload> {
    const parts = await deleteOrganization(this.store, this.parts, context.caller, input);
    return { id: input.id, parts };
  }
}
