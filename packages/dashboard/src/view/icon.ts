/** Two rails, and what stands on them. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f63b5"/><path d="M3.5 12.5 6.5 3.5M12.5 12.5 9.5 3.5M5.2 9.5h5.6M4.4 12h7.2M6 6.8h4" stroke="#fff" stroke-width="1.4" stroke-linecap="round"/></svg>`;
