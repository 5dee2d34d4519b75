/** The people who run the installation. They belong to no organization, and no provider or directory knows them. */

export interface Operator {
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
  /** Whether the operator has set a password, and so can sign in. */
  readonly isActive: boolean;
  readonly lastSignedInAt: Date | null;
  readonly createdAt: Date;
}

/** Short, because a session opens every organization. It does not grow with use. */
export const OPERATOR_SESSION_SECONDS = 2 * 60 * 60;

/** The beginning of a session's token, by which a cookie of an operator is known. */
export const OPERATOR_SESSION_PREFIX = "usher_ops_";

/** How long a link works with which an operator sets a password. */
export const OPERATOR_LINK_SECONDS = 24 * 60 * 60;

export const OPERATOR_LINK_PREFIX = "usher_oplink_";

/** The address of a one-time link. */
export function operatorLinkUrl(publicUrl: string, token: string): string {
  return new URL(`/operator/link/${token}`, publicUrl).href;
}
