import type { ServicePlan } from "./plan-service.ts";
import type { ServiceModel } from "./service-model.ts";

/**
 * One-shot services that `up` of another service creates, starts and waits for by itself. Brought up on their own
 * first they would run twice, because every `up` runs those that have ended again.
 */
export function broughtAlong(model: ServiceModel, services: readonly ServicePlan[]): ReadonlySet<string> {
    const touched = services.filter(({ action }) => action !== "none");
    const forced = new Set(touched.filter(({ force }) => force).map(({ service }) => service));
    const names = new Set(touched.map(({ service }) => service));
    const awaited = model.services
        .filter(({ name }) => names.has(name))
        .flatMap(({ dependencies }) => dependencies.map(({ service }) => service));
    const oneShots = model.services.filter(({ name, oneShot }) => oneShot && names.has(name) && !forced.has(name));
    return new Set(oneShots.map(({ name }) => name).filter((name) => awaited.includes(name)));
}
