// The explorer in a real Chromium: addresses, depth, scenes. One browser for all.
import './addresses.js';
import './depth.js';
import './scenes.js';
