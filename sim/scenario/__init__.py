"""What a run takes, as frozen values: a market, a strategy, the settings of the run, and functions added in Python."""

from __future__ import annotations

from sim.offers.offer_market import (
    LotteryResponse as LotteryResponse,
    OfferResponse as OfferResponse,
    ThresholdResponse as ThresholdResponse,
)
from sim.scenario.contact_market import (
    Attention as Attention,
    ContentWeights as ContentWeights,
    EngagementResponse as EngagementResponse,
    Fatigue as Fatigue,
    OptOut as OptOut,
    Trust as Trust,
)
from sim.scenario.market import (
    CONTENTS as CONTENTS,
    TICKET_KINDS as TICKET_KINDS,
    BigDate as BigDate,
    BigDay as BigDay,
    Content as Content,
    Day as Day,
    GammaRate as GammaRate,
    Lead as Lead,
    Market as Market,
    Medium as Medium,
    MoneyMarket as MoneyMarket,
    Need as Need,
    People as People,
    Season as Season,
    Source as Source,
    Spend as Spend,
    StageName as StageName,
    Start as Start,
    TicketKind as TicketKind,
)
from sim.scenario.mechanism import (
    AccountKind as AccountKind,
    CheckoutOrders as CheckoutOrders,
    ColumnMeasure as ColumnMeasure,
    Mechanism as Mechanism,
    checked_mechanism as checked_mechanism,
)
from sim.scenario.offer import (
    OFFER_KEYS as OFFER_KEYS,
    Offer as Offer,
    Prize as Prize,
    Step as Step,
    Terms as Terms,
)
from sim.scenario.public_view import Costs as Costs, OpenTickets as OpenTickets
from sim.scenario.scenario import (
    Customers as Customers,
    RunSettings as RunSettings,
    Scenario as Scenario,
)
from sim.scenario.service_market import (
    BotResponse as BotResponse,
    Carrier as Carrier,
    CompensationResponse as CompensationResponse,
    DeliveryResponse as DeliveryResponse,
    Handling as Handling,
    Patience as Patience,
    PurchaseResponse as PurchaseResponse,
    ReturnResponse as ReturnResponse,
    ServiceResponse as ServiceResponse,
    StopResponse as StopResponse,
    TimeSpread as TimeSpread,
)
from sim.scenario.shop_history import (
    PastDesk as PastDesk,
    PastMessage as PastMessage,
    PastOffer as PastOffer,
    PastPolicy as PastPolicy,
    PastTickets as PastTickets,
    ShopHistory as ShopHistory,
)
from sim.scenario.strategy import (
    ENGAGEMENTS as ENGAGEMENTS,
    RFMS as RFMS,
    TIERS as TIERS,
    WEEKDAYS as WEEKDAYS,
    Acquisition as Acquisition,
    After as After,
    Campaign as Campaign,
    Compensation as Compensation,
    Delivery as Delivery,
    Engagement as Engagement,
    Goals as Goals,
    Limits as Limits,
    Outreach as Outreach,
    Range as Range,
    Rfm as Rfm,
    Rhythm as Rhythm,
    Service as Service,
    Shift as Shift,
    Strategy as Strategy,
    Tier as Tier,
    Weekday as Weekday,
    Welcome as Welcome,
    Who as Who,
)
from sim.scenario.strategy_function import (
    Actions as Actions,
    CampaignStart as CampaignStart,
    PublicView as PublicView,
    Strategist as Strategist,
    StrategyFunction as StrategyFunction,
)
