/** The consent to the operator's app in the schema. */
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { ConnectionServices } from "../../connection/services.js";
import { startConsent, type StartedConsent } from "./consent.operations.js";

@ObjectType("StartConsentPayload", { description: "A consent that can be begun.", simpleResolvers: true })
class StartConsentPayload {
  @Field(() => String, {
    description:
      "Give it to an administrator of the customer, who opens it in a browser, consents at the provider, and signs in. It works for a week, until the consent has succeeded or the connection changes.",
  })
  url!: string;

  @Field(() => Date, { description: "Until when the consent can be begun." })
  expiresAt!: Date;
}

@Resolver()
export class ConsentResolver {
  constructor(private readonly services: ConnectionServices) {}

  @Mutation(() => StartConsentPayload, {
    description:
      "Makes the address at which an administrator of the customer consents to the operator's app. Their verified sign-in sets the tenant or the domain of the connection for good, and leaves a draft. Needs CONNECTIONS_WRITE. Errors: INVALID_INPUT if the connection does not use the operator's app, CONNECTION_NOT_READY if the operator has none.",
  })
  async startConsent(
    @Ctx() { caller }: RequestContext,
    @Arg("connectionId", () => ID, { description: "A connection with `operatorApp: true`." }) connectionId: string,
  ): Promise<StartedConsent> {
    return await startConsent(this.services, caller, connectionId);
  }
}
