import { flushPromises } from "@vue/test-utils";
import { expect, it } from "vitest";
import { mountApp, pushStacks, stackOf } from "../support/mount-app.ts";

it("a Docker engine that is away is told on top of the page, with the way out, until it is back", async () => {
    const { wrapper, transport } = await mountApp("/");
    pushStacks(transport, "", stackOf("shop", { status: 0 }));
    const known = { version: "1.5.0", isContainer: false, primaryHostname: "nas", product: "x", productVersion: "1" };
    transport.push("info", { ...known, engine: { available: false, message: "Install Docker Engine." } });
    await flushPromises();

    expect(wrapper.text()).toContain("The Docker engine cannot be reached.");
    expect(wrapper.text()).toContain("Install Docker Engine.");
    expect(wrapper.find('a[href="/compose/shop"]').exists()).toBe(true);

    transport.push("info", { ...known, engine: { available: true } });
    await flushPromises();

    expect(wrapper.text()).not.toContain("The Docker engine cannot be reached.");
    wrapper.unmount();
});
