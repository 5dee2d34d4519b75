/** What SCIM does with one type of resource. Single requests, lists, searches and bulk requests share it. */
import type { Resource, ResourceKind } from "../../provisioning/directory/resource/resource.js";
import type { ExpectedVersions } from "../../provisioning/directory/resource/user-resource.operations.js";
import type { RequestingDirectory } from "../../provisioning/directory/log/request.js";
import type { Selection } from "../resource/select-attributes.js";
import type { ShownResource } from "../resource/show-resource.js";
import type { ResourceType } from "../schema/schemas.js";

/** The body of a request, an object of JSON. */
type Body = Readonly<Record<string, unknown>>;

/** The resource that a request changes, and the versions that it expects. */
interface Target {
  readonly id: string;
  readonly expected: ExpectedVersions;
}

/** Each function throws the failures of its operation, and SCIM_REQUEST_INVALID for a body that is not understood. */
export interface Endpoint {
  readonly type: ResourceType;
  readonly kind: ResourceKind;
  /** Whether the answer to a PATCH has the resource (RFC 7644, section 3.5.2, allows both). */
  readonly showsPatched: boolean;
  readonly create: (directory: RequestingDirectory, body: Body) => Promise<Resource>;
  readonly replace: (directory: RequestingDirectory, target: Target, body: Body) => Promise<Resource>;
  readonly patch: (directory: RequestingDirectory, target: Target, body: Body) => Promise<Resource>;
  readonly remove: (directory: RequestingDirectory, target: Target) => Promise<void>;
  /** The resources as they are answered, in the same order. */
  readonly show: (
    directory: RequestingDirectory,
    resources: readonly Resource[],
    selection: Selection,
  ) => Promise<readonly ShownResource[]>;
}
