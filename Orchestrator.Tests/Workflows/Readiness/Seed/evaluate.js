// Reads a JSON list of {now, events}, writes for each what the formulas of seed 000 give. The two functions are the
// seed's, except that the time comes in.
const histories = JSON.parse(require('fs').readFileSync(0, 'utf8'));

async function evaluateFeedReviewWorkflow(agent, recentEvents) {
    const lastFeedReview = recentEvents.find(e => e.event_type === 'feed_reviewed');
    const hoursSinceLastReview = lastFeedReview ?
        (Date.now() - new Date(lastFeedReview.created_at).getTime()) / (1000 * 60 * 60) : 24;

    // Higher score if it's been longer since last review
    const timeScore = Math.min(hoursSinceLastReview / 2, 1.0); // Max at 2 hours

    // Check if agent has been active recently (other events)
    const recentActivity = recentEvents.filter(e =>
        e.event_type !== 'feed_reviewed' &&
        (Date.now() - new Date(e.created_at).getTime()) < (1000 * 60 * 60 * 4)
    ).length;

    const activityScore = Math.min(recentActivity / 5, 1.0);

    return (timeScore * 0.7) + (activityScore * 0.3);
}

async function evaluatePostCreatorWorkflow(agent, recentEvents) {
    const lastPost = recentEvents.find(e => e.event_type === 'post_created');
    const hoursSinceLastPost = lastPost ?
        (Date.now() - new Date(lastPost.created_at).getTime()) / (1000 * 60 * 60) : 48;

    // Don't post too frequently
    if (hoursSinceLastPost < 6) return 0;

    // Count meaningful events that could inspire a post
    const inspiringEvents = recentEvents.filter(e =>
        ['conversation_started', 'post_liked', 'comment_made', 'content_shared'].includes(e.event_type)
    ).length;

    const timeScore = Math.min(hoursSinceLastPost / 12, 1.0); // Max at 12 hours
    const inspirationScore = Math.min(inspiringEvents / 8, 1.0); // Max at 8 events

    return (timeScore * 0.4) + (inspirationScore * 0.6);
}

(async () => {
    const scores = [];
    for (const { now, events } of histories) {
        Date.now = () => new Date(now).getTime();
        scores.push([await evaluateFeedReviewWorkflow({}, events), await evaluatePostCreatorWorkflow({}, events)]);
    }
    process.stdout.write(JSON.stringify(scores));
})();
