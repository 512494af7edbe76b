import { createRouter, createWebHistory, type Router, type RouteRecordRaw, type RouterHistory } from "vue-router";
import Dashboard from "./pages/Dashboard.vue";
import Home from "./pages/Home.vue";
import { agentRoutes, dockgeRoutes, serverRoutes } from "./server-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";

const routes: readonly RouteRecordRaw[] = [
    {
        path: "/",
        component: Dashboard,
        children: [
            { path: "", name: "home", component: Home },
            ...serverRoutes,
            agentRoutes,
            ...dockgeRoutes,
            settingsRoutes,
        ],
    },
    { path: "/setup", name: "setup", component: () => import("./pages/Setup.vue") },
    {
        path: "/:unknown(.*)*",
        component: Dashboard,
        children: [{ path: "", component: () => import("./pages/NotFound.vue") }],
    },
];

/** Dockge's addresses, and the plugin's own. */
export function createPageRouter(history: RouterHistory = createWebHistory()): Router {
    return createRouter({
        history,
        scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
        routes: [...routes],
    });
}
