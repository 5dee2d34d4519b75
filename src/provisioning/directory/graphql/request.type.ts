/** The request log of provisioning directories in the schema. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { definePage } from "../../../platform/graphql/paging.js";
import { MOST_REQUESTS, REQUEST_RETENTION_DAYS } from "../log/request.repository.js";

@ObjectType("ProvisioningRequest", {
  description: "One request of a provider to `/scim/v2`. It holds no token, no body and no value of a filter.",
})
export class RequestType {
  @Field(() => ID, { description: "Opaque id." })
  id!: string;

  @Field(() => String, {
    description: "Ten characters that name the request. The answer to an unexpected error has the same ones.",
  })
  reference!: string;

  @Field(() => String, { description: "The HTTP method, or `OTHER`." })
  method!: string;

  @Field(() => String, {
    description:
      "The path below `/scim/v2`, and the query. Values of filters, and everything else that could be personal data, are shown as `…`.",
  })
  path!: string;

  @Field(() => Int, { description: "The HTTP status of the answer." })
  status!: number;

  @Field(() => String, {
    description:
      "`SUCCEEDED`, or the code of the error that refused the request. Of a bulk request, the code of its first operation that failed.",
  })
  outcome!: string;

  @Field(() => String, {
    nullable: true,
    description: "The SCIM error keyword of the answer (RFC 7644, table 9); null if it had none.",
  })
  scimType!: string | null;

  @Field(() => [ID], {
    description: "The SCIM ids of the users and groups that the request named, made or changed: at most 20.",
  })
  resourceIds!: readonly string[];

  @Field(() => Int, {
    description: "How long the request took, in milliseconds: until its change was stored, or until it was answered.",
  })
  durationMilliseconds!: number;

  @Field(() => Date, { description: "When the request arrived." })
  occurredAt!: Date;
}

export const RequestPage = definePage(
  "ProvisioningRequest",
  () => RequestType,
  `The requests of a provisioning directory, the latest first. Usher keeps them for ${REQUEST_RETENTION_DAYS} days, and about the last ${MOST_REQUESTS.toLocaleString("en")} of each directory. A request that changes nothing appears after about a second.`,
);

@InputType("ProvisioningRequestFilter", {
  description: "Which requests to list. A request must match every field that is given.",
})
export class RequestFilterInput {
  @Field(() => Boolean, {
    nullable: true,
    description: "Only requests that failed, or only those that succeeded.",
  })
  failed?: boolean | null;

  @Field(() => String, { nullable: true, description: "The reference of one request." })
  reference?: string | null;
}
