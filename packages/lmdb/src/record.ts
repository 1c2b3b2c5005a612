import type { DeliveryRecord, Status } from "@dest/core";
import type { Entry } from "./home.js";

/** The record of a message: no payload, and only fields that have something to say. */
export function recordOf(
  { id, destination, group, origin, acceptedAt, availableAt: accepted, attempts: made }: Entry,
  status: Status,
  more: Partial<Pick<DeliveryRecord, "attempts" | "batchId" | "receipt" | "error" | "availableAt">> = {},
): DeliveryRecord {
  const { attempts = made, availableAt = accepted, batchId, receipt, error } = more;
  return {
    id,
    destination,
    group,
    status,
    origin,
    acceptedAt,
    availableAt,
    attempts,
    ...(batchId === undefined ? {} : { batchId }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(error === undefined ? {} : { error }),
  };
}
