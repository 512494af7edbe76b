import type { RouteRecordRaw } from "vue-router";

/** The addresses of shells: Dockge's, with the replica's index added where it is not the first. */
export const liveRoutes: readonly RouteRecordRaw[] = [
    {
        path: "terminal/:stackName/:serviceName/:type/:index(\\d+)?",
        name: "terminal",
        component: () => import("./pages/ContainerTerminal.vue"),
        props: ({ params, query }) => ({
            stackName: params["stackName"],
            serviceName: params["serviceName"],
            type: params["type"],
            index: Number(params["index"] ?? 0),
            choose: query["choose"] === "1",
        }),
    },
    { path: "console", name: "console", component: () => import("./pages/ConsolePage.vue") },
];
