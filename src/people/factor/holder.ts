/** Whose second factors, recovery codes and waiting sign-ins are. Their rows have `user_id` or `operator_id`, never both. */
export interface FactorHolder {
  readonly kind: "USER" | "OPERATOR";
  readonly id: string;
}

export function userHolder({ id }: { readonly id: string }): FactorHolder {
  return { kind: "USER", id };
}

export function operatorHolder({ id }: { readonly id: string }): FactorHolder {
  return { kind: "OPERATOR", id };
}

/** The column that has the id of a holder. */
export function holderColumn({ kind }: FactorHolder): "user_id" | "operator_id" {
  return kind === "USER" ? "user_id" : "operator_id";
}

/** Both columns as a new row has them. */
export function holderProperties({ kind, id }: FactorHolder): {
  readonly userId: string | null;
  readonly operatorId: string | null;
} {
  return kind === "USER" ? { userId: id, operatorId: null } : { userId: null, operatorId: id };
}

/** The columns of a holder as a query returns them. */
export interface RawHolder {
  user_id: string | null;
  operator_id: string | null;
}

export function holderFromRaw({ user_id: userId, operator_id: operatorId }: RawHolder): FactorHolder {
  return userId === null ? operatorHolder({ id: operatorId ?? "" }) : userHolder({ id: userId });
}
