/** One-time sign-in links in GraphQL. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { CreateSignInLinkInput, CreateSignInLinkPayload } from "./link.input.js";
import { createSignInLink, type LinkServices } from "./link.operations.js";

@Resolver()
export class SignInLinkResolver {
  constructor(private readonly services: LinkServices) {}

  @Mutation(() => CreateSignInLinkPayload, {
    description:
      "Makes a link that signs a user in once, within five minutes, after a press of the button that it opens. It ends with the user's access, with the author's, and with a change of what a connection of the organization trusts. Needs USERS_WRITE, and all that the user's roles grant. Under `ssoEnforcement: REQUIRED` only the operator makes one. Answers ACCOUNT_DISABLED, ACCOUNT_ARCHIVED, ACCOUNT_PENDING_APPROVAL, ACCOUNT_INVITED, ACCOUNT_LOCKED and SSO_REQUIRED.",
  })
  async createSignInLink(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => CreateSignInLinkInput, { description: "Whom to let in, and where to." })
    input: CreateSignInLinkInput,
  ): Promise<CreateSignInLinkPayload> {
    return await createSignInLink(this.services, caller, input);
  }
}
