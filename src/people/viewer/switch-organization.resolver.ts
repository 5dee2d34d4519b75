/** The switch of a session to another organization, in GraphQL. */
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from "type-graphql";
import type { Store } from "../../access/store.js";
import { OrganizationType } from "../organization/organization.type.js";
import type { SessionContext } from "./session-context.js";
import { switchOrganization } from "./switch-organization.js";

@ObjectType({ description: "What switchOrganization answers.", simpleResolvers: true })
class SwitchOrganizationPayload {
  @Field(() => OrganizationType, {
    description:
      "The organization of the session from the next request on. This request still has the permissions of the organization before: read fields that need a permission in the next request.",
  })
  organization!: OrganizationType;
}

@Resolver()
export class SwitchOrganizationResolver {
  constructor(private readonly store: Store) {}

  @Mutation(() => SwitchOrganizationPayload, {
    description:
      "Moves the signed-in person's session into another organization of `viewer { memberships }`. From the next request on, `viewer { organization permissions }` are those of that organization; the fields of `user` without an `organizationId` stay those of the home organization. The browser gets a new cookie, and the old one is no longer valid. The session expires at the same time as before. For sessions, not for API keys.",
  })
  async switchOrganization(
    @Ctx() context: SessionContext,
    @Arg("organizationId", () => ID, { description: "The organization to enter." }) organizationId: string,
  ): Promise<SwitchOrganizationPayload> {
    const { organization, sessionToken } = await switchOrganization(this.store, context.caller, organizationId);
    context.renewSession(sessionToken);
    return { organization };
  }
}
