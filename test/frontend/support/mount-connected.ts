import { flushPromises, mount } from "@vue/test-utils";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { i18n } from "../../../frontend/src/i18n.ts";
import { provideApp } from "../../../frontend/src/provide-app.ts";
import { createFakeTransport, type FakeTransport } from "./fake-transport.ts";

const token = `x.${btoa(JSON.stringify({ username: "admin" }))}.x`;

/** Mounts a component in a whole page's surroundings, logged in; what the server answers is the test's to say. */
export async function mountConnected(
    component: Component,
    options: { readonly props?: Record<string, unknown>; readonly answers?: Readonly<Record<string, object>> } = {},
) {
    localStorage.clear();
    localStorage.setItem("token", token);
    const transport: FakeTransport = createFakeTransport();
    transport.answerAll("loginByToken", () => ({ ok: true }));
    for (const [event, answer] of Object.entries(options.answers ?? {})) {
        transport.answerAll(event, () => ({ ok: true, ...answer }));
    }
    const empty = { template: "<div />" };
    const named = [
        "stack",
        "deployment",
        "repositories",
        "repository",
        "discover",
        "new-from-git",
        "registries",
        "targets",
        "disk",
        "pipeline",
        "pipeline-editor",
    ];
    const router = createRouter({
        history: createMemoryHistory(),
        routes: [
            { path: "/", component: empty },
            { path: "/terminal/:stackName/:serviceName/:type/:index?", name: "terminal", component: empty },
            ...named.map((name) => ({ path: `/${name}/:stackName?/:id?`, name, component: empty })),
        ],
    });
    const wrapper = mount(component, {
        props: options.props ?? {},
        global: { plugins: [i18n, router, (app) => provideApp(app, transport)] },
        attachTo: document.body,
    });
    transport.connect();
    await flushPromises();
    return { wrapper, transport, router };
}
