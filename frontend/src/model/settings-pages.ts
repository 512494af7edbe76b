/** The pages of the settings in the order of their menu, by the name of their route. */
export const settingsPages = [
    { name: "settings-general", title: "settings.general.title", icon: "sliders" },
    { name: "settings-appearance", title: "settings.appearance.title", icon: "circle-half-stroke" },
    { name: "settings-security", title: "settings.security.title", icon: "shield-halved" },
    { name: "settings-agents", title: "settings.agents.title", icon: "network-wired" },
    { name: "settings-global-env", title: "settings.globalEnv.title", icon: "file-lines" },
    { name: "registries", title: "registries.title", icon: "cloud-arrow-down" },
    { name: "targets", title: "machines.title", icon: "server" },
    { name: "disk", title: "disk.title", icon: "hard-drive" },
    { name: "settings-about", title: "settings.about.title", icon: "circle-info" },
] as const;
