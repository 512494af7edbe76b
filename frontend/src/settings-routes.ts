import type { RouteRecordRaw } from "vue-router";

/** The settings. Those that had addresses of their own before keep them; the others have Dockge's. */
export const settingsRoutes: RouteRecordRaw = {
    path: "settings",
    component: () => import("./pages/settings/Settings.vue"),
    meta: { settings: true },
    children: [
        { path: "", redirect: { name: "settings-general" } },
        { path: "general", name: "settings-general", component: () => import("./pages/settings/General.vue") },
        { path: "appearance", name: "settings-appearance", component: () => import("./pages/settings/Appearance.vue") },
        { path: "security", name: "settings-security", component: () => import("./pages/settings/Security.vue") },
        { path: "agents", name: "settings-agents", component: () => import("./pages/settings/Agents.vue") },
        {
            path: "global-env",
            alias: "globalEnv",
            name: "settings-global-env",
            component: () => import("./pages/settings/GlobalEnv.vue"),
        },
        {
            path: "/registries",
            alias: "registries",
            name: "registries",
            component: () => import("./pages/Registries.vue"),
        },
        { path: "/targets", alias: "targets", name: "targets", component: () => import("./pages/Targets.vue") },
        { path: "/disk", alias: "disk", name: "disk", component: () => import("./pages/Disk.vue") },
        { path: "about", name: "settings-about", component: () => import("./pages/settings/About.vue") },
    ],
};
