import { mount } from "@vue/test-utils";
import { ref, type Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { nowKey } from "../../../frontend/src/composables/useNow.ts";
import { createToasts, toastsKey } from "../../../frontend/src/composables/useToasts.ts";
import { i18n } from "../../../frontend/src/i18n.ts";

/** Mounts a component with texts, a clock, toasts and the addresses that links point to. */
export function mountPage(component: Component, props: Record<string, unknown>) {
    const empty = { template: "<div />" };
    const router = createRouter({
        history: createMemoryHistory(),
        routes: [
            { path: "/", component: empty },
            { path: "/compose/:stackName", name: "stack", component: empty },
            { path: "/deployments/:id", name: "deployment", component: empty },
        ],
    });
    const provide = { [nowKey]: ref(Date.now()), [toastsKey]: createToasts() };
    return mount(component, { props, global: { plugins: [i18n, router], provide } });
}
