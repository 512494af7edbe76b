import { describe, expect, it } from "vitest";
import { broughtAlong } from "../../../../backend/cicd/compose/brought-along.ts";
import type { ServicePlan } from "../../../../backend/cicd/compose/plan-service.ts";
import { readServiceModel } from "../../../../backend/cicd/compose/service-model.ts";

const waits = { depends_on: { migrate: { condition: "service_completed_successfully" } } };
const model = readServiceModel(
    JSON.stringify({
        services: {
            migrate: { image: "app" },
            web: { image: "app", ...waits },
            seed: { image: "app", labels: { "cicd.one-shot": "true" } },
            db: { image: "db" },
            worker: { image: "app", depends_on: { db: {} } },
        },
    }),
);

function planned(actions: Readonly<Record<string, ServicePlan["action"]>>, forced = ""): readonly ServicePlan[] {
    return Object.entries(actions).map(([service, action]) => ({
        service,
        action,
        reasons: [],
        image: "app",
        force: service === forced,
    }));
}

describe("one-shot services that come up with others", () => {
    it("are those that a touched service waits for", () => {
        const services = planned({
            migrate: "create",
            seed: "create",
            db: "create",
            web: "recreate",
            worker: "create",
        });

        expect([...broughtAlong(model, services)]).toEqual(["migrate"]);
    });

    it("come up by themselves where those that wait for them stay as they are", () => {
        expect([...broughtAlong(model, planned({ migrate: "recreate", web: "none" }))]).toEqual([]);
    });

    it("come up by themselves where Compose must be told to recreate them", () => {
        expect([...broughtAlong(model, planned({ migrate: "recreate", web: "recreate" }, "migrate"))]).toEqual([]);
    });

    it("are not named where nothing is to be done for them", () => {
        expect([...broughtAlong(model, planned({ migrate: "none", web: "recreate" }))]).toEqual([]);
    });
});
