import { expect, it } from "vitest";
import { createRestApp } from "../../../support/rest-app.ts";

it("everybody who may read sees what takes the disk", async () => {
    const { call } = await createRestApp();
    const answer = await call("get", "/system/disk", { token: "reader" });
    expect(answer).toMatchObject({
        status: 200,
        body: { parts: [{ part: "logs", bytes: 1000 }], warnings: ["it is nearly full"] },
    });
});

it("an admin cleans up", async () => {
    const { call } = await createRestApp();
    const answer = await call("post", "/system/clean-up");
    expect(answer).toMatchObject({ status: 200, body: { by: "admin", freedBytes: 1000, removedCount: 1 } });
});

it.each(["reader", "deployer", "editor"])("the %s does not", async (token) => {
    const { call } = await createRestApp();
    expect(await call("post", "/system/clean-up", { token })).toMatchObject({ status: 403 });
});
